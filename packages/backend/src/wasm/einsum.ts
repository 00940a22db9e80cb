import { backend_util, getKernel, type NamedAttrMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { reshaped, type WasmKernel } from './wasm-backend.js';

/** A tensor and the letters of the equation, as numbers, that name its axes. */
type Term = { readonly info: TensorInfo; readonly axes: readonly number[] };

/**
 * Einstein summation of one or two operands (TensorFlow.js reads no more): of two, axes that only one has are summed
 * first, and the rest is one batched matrix product.
 */
export const einsum: WasmKernel = {
  name: 'Einsum',
  run({ inputs, attrs, backend }): TensorInfo {
    const operands = Object.values(inputs);
    const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(
      attrs.equation as string,
      operands.length,
    );
    backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as never);
    const result = allDims.map((_, i) => i).slice(0, allDims.length - summedDims.length); // summed axes come last
    const made: TensorInfo[] = [];
    const call: Call = (name, given, options) => {
      const info = getKernel(name, 'wasm')!.kernelFunc({ inputs: given, attrs: options, backend }) as TensorInfo;
      made.push(info);
      return info;
    };
    const terms = operands.map((info, i): Term => {
      const others = new Set([...result, ...idDims.filter((_, j) => j !== i).flat()]);
      return summedBut({ info, axes: idDims[i]! }, others, call);
    });
    const term = terms.length === 1 ? terms[0]! : contract(terms[0]!, terms[1]!, new Set(result), call);
    const out = arranged(term, result, call).info;
    for (const info of made) if (info !== out) backend.disposeData(info.dataId);
    return operands.includes(out) ? reshaped(backend, out, out.shape) : out; // a result is never an operand itself
  },
};

type Call = (name: string, inputs: Record<string, TensorInfo>, attrs: NamedAttrMap) => TensorInfo;

/** The term with all axes summed away but those to keep. */
function summedBut({ info, axes }: Term, keep: ReadonlySet<number>, call: Call): Term {
  const gone = axes.flatMap((axis, i) => (keep.has(axis) ? [] : [i]));
  if (gone.length === 0) return { info, axes };
  return {
    info: call('Sum', { x: info }, { axis: gone, keepDims: false }),
    axes: axes.filter((axis) => keep.has(axis)),
  };
}

/** (shared, left, summed) · (shared, summed, right) → (shared, left, right). */
function contract(a: Term, b: Term, keep: ReadonlySet<number>, call: Call): Term {
  const shared = a.axes.filter((axis) => b.axes.includes(axis) && keep.has(axis));
  const summed = a.axes.filter((axis) => b.axes.includes(axis) && !keep.has(axis));
  const left = a.axes.filter((axis) => !b.axes.includes(axis));
  const right = b.axes.filter((axis) => !a.axes.includes(axis));
  const size = (term: Term, axes: readonly number[]): number[] =>
    axes.map((axis) => term.info.shape[term.axes.indexOf(axis)]!);
  const count = (term: Term, axes: readonly number[]): number => util.sizeFromShape(size(term, axes));
  const x = arranged(a, [...shared, ...left, ...summed], call).info;
  const y = arranged(b, [...shared, ...summed, ...right], call).info;
  const product = call(
    'BatchMatMul',
    {
      a: call('Reshape', { x }, { shape: [count(a, shared), count(a, left), count(a, summed)] }),
      b: call('Reshape', { x: y }, { shape: [count(a, shared), count(a, summed), count(b, right)] }),
    },
    { transposeA: false, transposeB: false },
  );
  const shape = [...size(a, shared), ...size(a, left), ...size(b, right)];
  return { info: call('Reshape', { x: product }, { shape }), axes: [...shared, ...left, ...right] };
}

function arranged(term: Term, axes: readonly number[], call: Call): Term {
  const perm = axes.map((axis) => term.axes.indexOf(axis));
  if (perm.every((from, to) => from === to)) return term;
  return { info: call('Transpose', { x: term.info }, { perm }), axes };
}
