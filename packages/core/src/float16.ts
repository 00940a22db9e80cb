/**
 * float32 numbers to the bits of float16 (1 sign, 5 exponent, 10 fraction bits), rounded to nearest, ties to even.
 *
 * Beyond 65504 becomes infinity; not-a-number stays so.
 *
 * @source IEEE 754-2019, binary16.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const from = bitsOf(values);
  const to = new Uint16Array(values.length);
  for (let i = 0; i < to.length; i++) {
    const x = from[i]!;
    const sign = (x >>> 16) & 0x8000;
    const fraction = x & 0x7fffff;
    const exponent = ((x >>> 23) & 0xff) - 127 + 15;
    if (exponent === 143) {
      // Infinity, or not-a-number with as much of its payload as fits, but never none: that would read as infinity.
      to[i] = sign | 0x7c00 | (fraction === 0 ? 0 : fraction >>> 13 || 1);
    } else if (exponent >= 31) {
      to[i] = sign | 0x7c00;
    } else if (exponent > 0) {
      to[i] = sign + roundedShift((exponent << 23) | fraction, 13); // a carry runs on into the exponent, up to infinity
    } else {
      // Subnormal: the leading one becomes explicit. Below 2^-25 all is lost to rounding.
      to[i] = exponent < -10 ? sign : sign + roundedShift(fraction | 0x800000, 14 - exponent);
    }
  }
  return to;
}

/** The bits of float16 numbers to float32, exactly. */
export function fromFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  const to = bitsOf(values);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i]!;
    const sign = (x & 0x8000) << 16;
    const exponent = (x >>> 10) & 0x1f;
    let fraction = x & 0x3ff;
    if (exponent === 31) to[i] = sign | 0x7f800000 | (fraction << 13);
    else if (exponent > 0) to[i] = sign | ((exponent - 15 + 127) << 23) | (fraction << 13);
    else if (fraction === 0) to[i] = sign;
    else {
      let shift = 0;
      for (; fraction < 0x400; fraction <<= 1) shift++;
      to[i] = sign | ((1 - 15 + 127 - shift) << 23) | ((fraction & 0x3ff) << 13);
    }
  }
  return values;
}

/** float32 numbers to the bits of bfloat16 (the upper half of a float32), rounded to nearest, ties to even. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const from = bitsOf(values);
  const to = new Uint16Array(values.length);
  for (let i = 0; i < to.length; i++) {
    const x = from[i]!;
    const notANumber = (x & 0x7fffffff) > 0x7f800000;
    // Rounding could carry a not-a-number into infinity: it is cut instead, and kept from losing all its payload.
    to[i] = notANumber ? (x >>> 16) | ((x >>> 16) & 0x7f ? 0 : 0x40) : roundedShift(x, 16);
  }
  return to;
}

/** The bits of bfloat16 numbers to float32, exactly. */
export function fromBfloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  const to = bitsOf(values);
  for (let i = 0; i < bits.length; i++) to[i] = bits[i]! << 16;
  return values;
}

/** `x / 2^shift`, rounded to nearest, ties to even; `x` as unsigned, `shift` from 1 to 24. */
function roundedShift(x: number, shift: number): number {
  const cut = x >>> shift;
  const rest = x & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && cut & 1) ? cut + 1 : cut;
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
