export { type BuildNativeOptions, buildNative, type NativeBuild } from './native/build-native.js';
export type { NativeOrigin, RefusedLibrary } from './native/find-library.js';
export { type NativeStatus, nativeStatus, removeNative } from './native/native-status.js';
export { findNative } from './native/use-native.js';
