import { useData } from 'vitepress';
import { onBeforeUnmount, onMounted, type Ref, ref, type WatchSource, watch } from 'vue';
import { type Plane, planeOf } from './plane.js';

/** A canvas of the plane, for the template's `ref`: cleared and drawn again when its size, the theme or one of `sources` changes. */
export function usePlane(
  sources: readonly WatchSource<unknown>[],
  draw: (plane: Plane) => void,
): { readonly canvas: Ref<HTMLCanvasElement | undefined>; readonly paint: () => void } {
  const canvas = ref<HTMLCanvasElement>();
  const { isDark } = useData();
  let observer: ResizeObserver | undefined;
  onMounted(() => {
    observer = new ResizeObserver(paint);
    observer.observe(canvas.value!);
  });
  onBeforeUnmount(() => observer?.disconnect());
  watch([isDark, ...sources], paint, { flush: 'post', deep: true });

  function paint(): void {
    if (canvas.value && canvas.value.clientWidth > 0) draw(planeOf(canvas.value, isDark.value));
  }

  return { canvas, paint };
}
