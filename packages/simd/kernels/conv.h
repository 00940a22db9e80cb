// Convolutions as matrix products whose left matrix is never made: its tiles are copied from the image itself.
#pragma once
#include "gemm.h"

/** What a 2-D convolution is, as its ops' numbers say it: NHWC images, filters [tap y][tap x][channel in][channel out]. */
typedef struct {
  int batch, height, width, channels;        // of the input
  int out_height, out_width, out_channels;   // of the output; for depthwise, out_channels / channels filters a channel
  int filter_height, filter_width, stride_y, stride_x, dilation_y, dilation_x, top, left; // padding above and on the left
} convolution;
enum { CONVOLUTION_NUMBERS = 15 };

/** Reads it from the operands from a[at] on. */
INLINE convolution read_convolution(const i32 *a, int at) {
  const i32 *n = a + at;
  return (convolution){n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], n[14]};
}
