import { useEffect, useRef } from 'react';

const SIDE = 28;
const COLUMNS = 8;

interface DigitGridProps {
  /** Brightness from 0 to 1, 784 numbers a picture. */
  readonly pixels: Float32Array | undefined;
  readonly count: number;
}

/** Pictures of 28 × 28 in rows of eight. */
export function DigitGrid({ pixels, count }: DigitGridProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !pixels) return;
    const image = context.createImageData(context.canvas.width, context.canvas.height);
    for (const [i, value] of pixels.entries()) {
      const [picture, pixel] = [Math.floor(i / SIDE ** 2), i % SIDE ** 2];
      const x = (picture % COLUMNS) * SIDE + (pixel % SIDE);
      const y = Math.floor(picture / COLUMNS) * SIDE + Math.floor(pixel / SIDE);
      const brightness = 255 * value;
      image.data.set([brightness, brightness, brightness, 255], 4 * (y * image.width + x));
    }
    context.putImageData(image, 0, 0);
  }, [pixels]);
  const rows = Math.ceil(count / COLUMNS);
  return (
    <canvas
      ref={canvas}
      width={COLUMNS * SIDE}
      height={rows * SIDE}
      role="img"
      aria-label="Digits drawn from the model"
    />
  );
}
