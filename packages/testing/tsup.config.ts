// Private and read from source: this package is never built. The file stands here so that all packages look alike.
export {};
