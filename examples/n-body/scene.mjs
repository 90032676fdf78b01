// Bodies that attract each other, and the tree of cells that makes it quick (Barnes and Hut, Nature 324, 446, 1986). A scene is a graph with cycles: cells know
// their parent, bodies know their cell, and the scene knows all of them.

const SOFTENING = 0.05;
/** A cell that looks smaller than this from a body is taken for one mass at its centre. */
const OPENING = 0.6;

export class Body {
  constructor(name, mass, position, velocity) {
    this.name = name;
    this.mass = mass;
    this.position = position; // three numbers
    this.velocity = velocity;
    this.acceleration = [0, 0, 0];
    this.cell = null;
  }

  get kineticEnergy() {
    return (this.mass / 2) * this.velocity.reduce((sum, v) => sum + v * v, 0);
  }
}

/** A cube: eight smaller ones, or one body, or nothing. */
export class Cell {
  constructor(parent, centre, size) {
    this.parent = parent;
    this.centre = centre;
    this.size = size;
    this.children = null;
    this.body = null;
    this.mass = 0;
    this.centreOfMass = [0, 0, 0];
  }

  insert(body) {
    let cell = this;
    for (;;) {
      if (cell.children !== null) {
        cell = cell.childAt(body.position);
      } else if (cell.body === null) {
        cell.body = body;
        body.cell = cell;
        return;
      } else {
        const other = cell.body;
        cell.body = null;
        cell.split();
        const child = cell.childAt(other.position);
        child.body = other;
        other.cell = child;
      }
    }
  }

  split() {
    const half = this.size / 2;
    this.children = Array.from({ length: 8 }, (_, octant) => {
      const centre = this.centre.map((x, axis) => x + ((octant >> axis) & 1 ? half : -half) / 2);
      return new Cell(this, centre, half);
    });
  }

  childAt(position) {
    const octant = position.reduce((sum, x, axis) => sum | (x >= this.centre[axis] ? 1 << axis : 0), 0);
    return this.children[octant];
  }

  /** Sums masses from the leaves up, without recursion: parents come before their children in the list. */
  weigh() {
    const cells = [this];
    for (const cell of cells) if (cell.children !== null) cells.push(...cell.children);
    for (const cell of cells.toReversed()) {
      const parts = cell.children ?? (cell.body === null ? [] : [cell.body]);
      cell.mass = parts.reduce((sum, { mass }) => sum + mass, 0);
      if (cell.mass === 0) continue;
      cell.centreOfMass = [0, 1, 2].map(
        (axis) =>
          parts.reduce((sum, part) => sum + part.mass * (part.centreOfMass ?? part.position)[axis], 0) /
          cell.mass,
      );
    }
  }
}

export class Scene {
  constructor(bodies) {
    this.time = 0;
    this.bodies = new Map(bodies.map((body) => [body.name, body]));
    this.heaviest = bodies.reduce((a, b) => (b.mass > a.mass ? b : a));
    this.plant();
    this.attract();
  }

  /** One step, leapfrog: kick, drift, kick. It keeps the energy for ever, up to an error that goes with dt². */
  step(dt) {
    for (const { position, velocity, acceleration } of this.bodies.values()) {
      for (let axis = 0; axis < 3; axis++) {
        velocity[axis] += (dt / 2) * acceleration[axis];
        position[axis] += dt * velocity[axis];
      }
    }
    this.plant();
    this.attract();
    for (const { velocity, acceleration } of this.bodies.values())
      for (let axis = 0; axis < 3; axis++) velocity[axis] += (dt / 2) * acceleration[axis];
    this.time += dt;
  }

  /** A new tree for where the bodies are now. */
  plant() {
    let reach = 0;
    for (const { position } of this.bodies.values()) reach = Math.max(reach, ...position.map(Math.abs));
    this.root = new Cell(null, [0, 0, 0], 2 * reach * (1 + Number.EPSILON) + 1e-9);
    for (const body of this.bodies.values()) this.root.insert(body);
    this.root.weigh();
  }

  attract() {
    for (const body of this.bodies.values()) {
      const acceleration = [0, 0, 0];
      const cells = [this.root];
      for (let cell = cells.pop(); cell !== undefined; cell = cells.pop()) {
        if (cell.mass === 0 || cell.body === body) continue;
        const apart = cell.centreOfMass.map((x, axis) => x - body.position[axis]);
        const distance2 = apart.reduce((sum, x) => sum + x * x, SOFTENING ** 2);
        if (cell.children !== null && cell.size ** 2 > OPENING ** 2 * distance2) {
          cells.push(...cell.children);
          continue;
        }
        for (let axis = 0; axis < 3; axis++)
          acceleration[axis] += (cell.mass * apart[axis]) / (distance2 * Math.sqrt(distance2));
      }
      body.acceleration = acceleration;
    }
  }

  /** Kinetic and potential energy, pair by pair. */
  get energy() {
    const bodies = [...this.bodies.values()];
    let energy = 0;
    for (const [i, body] of bodies.entries()) {
      const { mass, position } = body;
      energy += body.kineticEnergy;
      for (const other of bodies.slice(0, i)) {
        const distance2 = position.reduce(
          (sum, x, axis) => sum + (x - other.position[axis]) ** 2,
          SOFTENING ** 2,
        );
        energy -= (mass * other.mass) / Math.sqrt(distance2);
      }
    }
    return energy;
  }
}

/** A ball of bodies at rest, which falls together; the same for the same number. */
export function ballOf(count) {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const bodies = [];
  while (bodies.length < count) {
    const position = [next(), next(), next()].map((x) => 2 * x - 1);
    if (Math.hypot(...position) > 1) continue;
    bodies.push(new Body(`body ${bodies.length}`, (0.5 + next()) / count, position, [0, 0, 0]));
  }
  return new Scene(bodies);
}
