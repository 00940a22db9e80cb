/**
 * softmax(logits) into `into`, both (vocabulary); returns log Σ exp(logits).
 *
 * Where every token is ruled out that is −Infinity, and all probabilities are 0. A NaN or +Infinity among the logits makes it NaN.
 */
export function probabilities(logits: Float32Array, into: Float64Array): number {
  const most = largest(logits);
  if (most === Number.NEGATIVE_INFINITY) {
    into.fill(0);
    return most;
  }
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp(logits[i]! - most);
    into[i] = weight;
    total += weight;
  }
  const scale = 1 / total;
  for (let i = 0; i < logits.length; i++) into[i] = into[i]! * scale;
  return most + Math.log(total);
}

/** log Σ exp(logits) in double precision, as {@link probabilities} returns it. */
export function logTotal(logits: Float32Array): number {
  const most = largest(logits);
  if (most === Number.NEGATIVE_INFINITY) return most;
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - most);
  return most + Math.log(total);
}

/** The largest of the logits; NaN if there is one. */
function largest(logits: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    if (logit > most) most = logit;
    else if (Number.isNaN(logit)) return logit;
  }
  return most;
}
