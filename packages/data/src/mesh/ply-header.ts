import { GenaiError } from '@genai/core';

/** The types of numbers of the format, each under its short name. */
export type PlyType = 'char' | 'uchar' | 'short' | 'ushort' | 'int' | 'uint' | 'float' | 'double';

/** A number of a row, or a list of them if the list's length has a type. */
export interface PlyProperty {
  readonly name: string;
  readonly type: PlyType;
  readonly lengthType?: PlyType;
}

/** A table of the file. */
export interface PlyElement {
  readonly name: string;
  readonly count: number;
  readonly properties: readonly PlyProperty[];
}

export interface PlyHeader {
  readonly format: 'ascii' | 'binary_little_endian' | 'binary_big_endian';
  readonly elements: readonly PlyElement[];
  /** At this byte the numbers begin. */
  readonly end: number;
}

/** The header of a PLY file, read up to 64 KiB. */
export function readPlyHeader(bytes: Uint8Array, name: string): PlyHeader {
  const fail = (got: string, expected: string): never => {
    throw new GenaiError(`decodePly: ${name} ${got}, expected ${expected}. Is it a PLY file?`);
  };
  let at = 0;
  const line = (): string => {
    const limit = Math.min(bytes.length, MOST_BYTES);
    const stop = bytes.subarray(0, limit).indexOf(NEW_LINE, at);
    if (stop < 0) fail(`has no end_header in its first ${limit} bytes`, 'a header of lines');
    const text = new TextDecoder('latin1').decode(bytes.subarray(at, stop));
    at = stop + 1;
    return text.trim();
  };
  if (bytes[0] !== 0x70 || bytes[1] !== 0x6c || bytes[2] !== 0x79 || line() !== 'ply')
    fail('starts otherwise', '"ply"');
  let format: string | undefined;
  const elements: { name: string; count: number; properties: PlyProperty[] }[] = [];
  for (let text = line(); text !== 'end_header'; text = line()) {
    const [word, ...words] = text.split(/\s+/);
    const quoted = JSON.stringify(text.slice(0, 40));
    if (word === 'format') [format] = words;
    else if (word === 'element') {
      const [element = '', count = ''] = words;
      const size = Number(count);
      if (!/^\d+$/.test(count) || !Number.isSafeInteger(size)) fail(`has the line ${quoted}`, 'element NAME COUNT');
      if (elements.some((other) => other.name === element)) fail(`has ${quoted} twice`, 'each element once');
      elements.push({ name: element, count: size, properties: [] });
    } else if (word === 'property') {
      const property = propertyOf(words) ?? fail(`has the line ${quoted}`, 'property [list TYPE] TYPE NAME');
      const { properties } = elements.at(-1) ?? fail('has a property first', 'an element before it');
      if (properties.some((other) => other.name === property.name)) fail(`has ${quoted} twice`, 'each property once');
      properties.push(property);
    } else if (word !== 'comment' && word !== 'obj_info') fail(`has the line ${quoted}`, 'an element or a property');
  }
  if (format !== 'ascii' && format !== 'binary_little_endian' && format !== 'binary_big_endian') {
    return fail(`is of format ${JSON.stringify(format)}`, 'ascii, binary_little_endian or binary_big_endian');
  }
  return { format, elements, end: at };
}

const NEW_LINE = 10;
const MOST_BYTES = 65_536;

function propertyOf(words: readonly string[]): PlyProperty | undefined {
  const list = words[0] === 'list';
  const [lengthType, type] = list ? [typeOf(words[1]), typeOf(words[2])] : [undefined, typeOf(words[0])];
  const name = words[list ? 3 : 1];
  if (!type || !name || (list && (!lengthType || lengthType === 'float' || lengthType === 'double'))) return undefined;
  return lengthType ? { name, type, lengthType } : { name, type };
}

function typeOf(word: string | undefined): PlyType | undefined {
  switch (word) {
    case 'char':
    case 'int8':
      return 'char';
    case 'uchar':
    case 'uint8':
      return 'uchar';
    case 'short':
    case 'int16':
      return 'short';
    case 'ushort':
    case 'uint16':
      return 'ushort';
    case 'int':
    case 'int32':
      return 'int';
    case 'uint':
    case 'uint32':
      return 'uint';
    case 'float':
    case 'float32':
      return 'float';
    case 'double':
    case 'float64':
      return 'double';
    default:
      return undefined;
  }
}
