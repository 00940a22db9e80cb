/** Whether a GPU's own name says that the processor emulates it. */
export function isSoftware(device: string): boolean {
  return /swiftshader|llvmpipe|softpipe|lavapipe|software|basic render|\bwarp\b/i.test(device);
}
