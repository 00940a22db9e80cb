/**
 * Packs 4,000 pictures of Fashion-MNIST, the first 400 of each class, into one sheet for the laboratory of clothes: a column of
 * pictures for each class, in 16 greys. Run by hand where the data set is, the sheet is kept in the tree:
 *
 *     node scripts/make-fashion.mjs [FOLDER]
 */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync, gunzipSync } from 'node:zlib';

const CLASSES = 10;
const PER_CLASS = 400;
const SIDE = 28;
/** What Zalando published, unpacked. */
const FILES = {
  'train-images-idx3-ubyte.gz': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  'train-labels-idx1-ubyte.gz': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
};
/** In the sheet itself, so that it goes wherever the sheet goes. */
const TEXTS = {
  Title: 'Fashion-MNIST: the first 400 training pictures of each class, 16 greys',
  Source: 'https://github.com/zalandoresearch/fashion-mnist (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747)',
  Copyright: 'Copyright (c) 2017 Zalando SE, MIT licence; see fashion-licence.txt',
};

const folder = process.argv[2] ?? '/usr/share/datasets/fashion-mnist'; // Debian's package dataset-fashion-mnist
const [pixels, labels] = await Promise.all(Object.entries(FILES).map(([name, sha256]) => published(name, sha256)));
const images = pixels.subarray(16);
const kinds = labels.subarray(8);
const chosen = Array.from({ length: CLASSES }, (_, kind) =>
  [...kinds.keys()].filter((i) => kinds[i] === kind).slice(0, PER_CLASS),
);
const width = CLASSES * SIDE;
const height = PER_CLASS * SIDE;
const rows = Buffer.alloc(height * (1 + width / 2)); // a filter of none, then two pixels a byte
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    const image = chosen[Math.floor(x / SIDE)][Math.floor(y / SIDE)];
    const grey = images[(image * SIDE + (y % SIDE)) * SIDE + (x % SIDE)];
    rows[y * (1 + width / 2) + 1 + (x >> 1)] |= Math.round(grey / 17) << (x % 2 === 0 ? 4 : 0);
  }
}
const header = Buffer.alloc(13);
header.writeUInt32BE(width, 0);
header.writeUInt32BE(height, 4);
header[8] = 4; // bits a pixel; grey, not interlaced
const png = Buffer.concat([
  Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
  chunk('IHDR', header),
  ...Object.entries(TEXTS).map(([word, text]) => chunk('tEXt', Buffer.from(`${word}\0${text}`, 'latin1'))),
  chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
  chunk('IEND', Buffer.alloc(0)),
]);
const file = join(import.meta.dirname, '..', 'lab', 'gan', 'fashion.png');
await writeFile(`${file}.tmp`, png);
await rename(`${file}.tmp`, file);
console.log(`lab/gan/fashion.png: ${CLASSES * PER_CLASS} pictures, ${png.length} bytes`);

async function published(name, sha256) {
  const bytes = gunzipSync(await readFile(join(folder, name)));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${name} has the sha256 ${found}, expected ${sha256}.`);
  return bytes;
}

function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}
