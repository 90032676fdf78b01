// npy files by hand, so that no library that is measured makes what all of them read.

/** The header of a little-endian float64 array: 128 bytes. */
export function npyHeader(shape) {
  const header = Buffer.alloc(128, " ");
  header.write("\x93NUMPY\x01\x00\x76\x00", "latin1"); // 118 bytes follow these ten
  header.write(`{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`, 10);
  header.write("\n", 127);
  return header;
}

/** A whole file. @param {Float64Array} data */
export function npyFile(data, shape) {
  return Buffer.concat([npyHeader(shape), new Uint8Array(data.buffer)]);
}

/** A matrix whose element of row r and column c is 10,000 r + c. */
export function matrix(rows, columns) {
  const data = new Float64Array(rows * columns);
  for (let row = 0, k = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) data[k++] = 10_000 * row + column;
  return data;
}
