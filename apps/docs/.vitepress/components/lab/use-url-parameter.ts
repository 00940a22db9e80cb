import { onMounted, type Ref, ref, watch } from 'vue';

/**
 * A parameter of the page's address, `?name=…`, as a ref: read when the page is mounted, and written back without a new entry in
 * the history, so that an address can be passed on. A value that is not `fits` is left aside.
 */
export function useUrlParameter<T extends string>(name: string, fallback: T, fits: (value: string) => boolean): Ref<T> {
  const value = ref(fallback) as Ref<T>;
  onMounted(() => {
    const given = new URL(location.href).searchParams.get(name);
    if (given !== null && fits(given)) value.value = given as T;
  });
  watch(value, (now) => {
    const url = new URL(location.href);
    url.searchParams.set(name, now);
    history.replaceState(history.state, '', url);
  });
  return value;
}
