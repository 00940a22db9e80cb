/** What texts are measured by beside references; the first three unless asked. */
export const TEXT_METRICS = ['bleu', 'chrf', 'ter', 'chrf++', 'rouge', 'meteor', 'wer', 'cer'] as const;

export type TextMetricName = (typeof TEXT_METRICS)[number];
