declare module 'virtual:digits' {
  /** 28 × 28 pictures one after another, a bit a pixel, in base64. */
  export const digits: string;
}
