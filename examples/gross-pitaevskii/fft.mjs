// The Fourier transform of one row of complex numbers, in place. Two-dimensional work is done row by row here and
// transposed in between, which keeps every transform inside the processor's first cache.

/**
 * Complex transforms of a fixed length, a power of two. `forward` leaves the frequencies in bit-reversed order and
 * `inverse` takes them in that order, so nothing is ever shuffled: `order[i]` tells which frequency stands at place i.
 */
export class FFT {
  /** @param {number} n length in complex numbers: a power of two, at least 2 */
  constructor(n) {
    if (!Number.isInteger(Math.log2(n)) || n < 2)
      throw new RangeError(`FFT length ${n} is not a power of two`);
    this.n = n;
    this.order = bitReversed(n);
    this.twiddles = new Float64Array(2 * n); // exp(-2πi j/n), interleaved
    for (let j = 0; j < n; j++) {
      this.twiddles[2 * j] = Math.cos((2 * Math.PI * j) / n);
      this.twiddles[2 * j + 1] = -Math.sin((2 * Math.PI * j) / n);
    }
  }

  /**
   * Unscaled forward transform, decimation in frequency: two stages of radix 2 are done in one pass over the data.
   * @param {Float64Array} a interleaved complex numbers
   * @param {number} start index in `a` of the row's first real part
   */
  forward(a, start) {
    const { n, twiddles: w } = this;
    let size = n;
    for (; size >= 4; size /= 4) {
      const quarter = size / 2; // of a block, in doubles: size/4 complex numbers
      const step = (2 * n) / size;
      for (let j = 0; j < quarter; j += 2) {
        const k = (j / 2) * step;
        const w1r = w[k];
        const w1i = w[k + 1];
        const w2r = w[2 * k];
        const w2i = w[2 * k + 1];
        const w3r = w[3 * k];
        const w3i = w[3 * k + 1];
        for (let p = start + j; p < start + 2 * n; p += 2 * size) {
          const q = p + quarter;
          const r = q + quarter;
          const s = r + quarter;
          const sumR = a[p] + a[r];
          const sumI = a[p + 1] + a[r + 1];
          const differenceR = a[p] - a[r];
          const differenceI = a[p + 1] - a[r + 1];
          const oddSumR = a[q] + a[s];
          const oddSumI = a[q + 1] + a[s + 1];
          const turnedR = a[q + 1] - a[s + 1];
          const turnedI = a[s] - a[q]; // -i (a[q] - a[s])
          a[p] = sumR + oddSumR;
          a[p + 1] = sumI + oddSumI;
          const xr = sumR - oddSumR;
          const xi = sumI - oddSumI;
          a[q] = xr * w2r - xi * w2i;
          a[q + 1] = xr * w2i + xi * w2r;
          const yr = differenceR + turnedR;
          const yi = differenceI + turnedI;
          a[r] = yr * w1r - yi * w1i;
          a[r + 1] = yr * w1i + yi * w1r;
          const zr = differenceR - turnedR;
          const zi = differenceI - turnedI;
          a[s] = zr * w3r - zi * w3i;
          a[s + 1] = zr * w3i + zi * w3r;
        }
      }
    }
    if (size === 2) pairs(a, start, n);
  }

  /** Unscaled inverse of `forward`, from bit-reversed order: the result is n times the original. */
  inverse(a, start) {
    const { n, twiddles: w } = this;
    let size = 4;
    if (Math.log2(n) % 2 === 1) {
      pairs(a, start, n);
      size = 8;
    }
    for (; size <= n; size *= 4) {
      const quarter = size / 2;
      const step = (2 * n) / size;
      for (let j = 0; j < quarter; j += 2) {
        const k = (j / 2) * step;
        const w1r = w[k];
        const w1i = w[k + 1];
        const w2r = w[2 * k];
        const w2i = w[2 * k + 1];
        const w3r = w[3 * k];
        const w3i = w[3 * k + 1];
        for (let p = start + j; p < start + 2 * n; p += 2 * size) {
          const q = p + quarter;
          const r = q + quarter;
          const s = r + quarter;
          const xr = a[q] * w2r + a[q + 1] * w2i;
          const xi = a[q + 1] * w2r - a[q] * w2i;
          const yr = a[r] * w1r + a[r + 1] * w1i;
          const yi = a[r + 1] * w1r - a[r] * w1i;
          const zr = a[s] * w3r + a[s + 1] * w3i;
          const zi = a[s + 1] * w3r - a[s] * w3i;
          const sumR = a[p] + xr;
          const sumI = a[p + 1] + xi;
          const differenceR = a[p] - xr;
          const differenceI = a[p + 1] - xi;
          const oddSumR = yr + zr;
          const oddSumI = yi + zi;
          const turnedR = zi - yi;
          const turnedI = yr - zr; // i (y - z)
          a[p] = sumR + oddSumR;
          a[p + 1] = sumI + oddSumI;
          a[q] = differenceR + turnedR;
          a[q + 1] = differenceI + turnedI;
          a[r] = sumR - oddSumR;
          a[r + 1] = sumI - oddSumI;
          a[s] = differenceR - turnedR;
          a[s + 1] = differenceI - turnedI;
        }
      }
    }
  }
}

/** The stage of radix 2 that is left over when log2(n) is odd. */
function pairs(a, start, n) {
  for (let p = start; p < start + 2 * n; p += 4) {
    const r = a[p + 2];
    const i = a[p + 3];
    a[p + 2] = a[p] - r;
    a[p + 3] = a[p + 1] - i;
    a[p] += r;
    a[p + 1] += i;
  }
}

function bitReversed(n) {
  const order = new Uint32Array(n);
  for (let i = 1; i < n; i++) order[i] = (order[i >> 1] >> 1) | (i & 1 ? n >> 1 : 0);
  return order;
}

/** Transposes an n × n matrix of interleaved complex numbers, tile by tile so that both sides stay in cache. */
export function transpose(from, to, n) {
  const tile = Math.min(16, n);
  for (let rows = 0; rows < n; rows += tile)
    for (let columns = 0; columns < n; columns += tile)
      for (let i = rows; i < rows + tile; i++)
        for (let j = columns; j < columns + tile; j++) {
          to[2 * (j * n + i)] = from[2 * (i * n + j)];
          to[2 * (j * n + i) + 1] = from[2 * (i * n + j) + 1];
        }
}
