/** One score: the mean over so many held-out images, its standard error, and the draws of z for each. */
type Bound = {
  readonly nats: number;
  readonly standardError: number;
  readonly images: number;
  readonly samples: number;
};

/** What `scores.json` says. */
export type Scores = {
  /** On held-out digits, binarised with the seed, in nats an image. */
  readonly heldOut: {
    /** A lower bound of log p(x). */
    readonly elbo: Bound;
    /** An upper bound of −log p(x), tighter; left out if the demonstration was stopped. */
    readonly importanceWeightedNll?: Bound;
  };
  /** The loss of the last steps of training, averaged, a quarter of the digits noisy. */
  readonly trainingLoss: number;
  /** Images to learn from, and held out. */
  readonly data: { readonly spec: string; readonly train: number; readonly heldOut: number };
  readonly seed: number;
  readonly engine: string;
  readonly steps: number;
  readonly batch: number;
  /** Of training alone. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly parameters: number;
  /** Features of z. */
  readonly latents: number;
  readonly stopped: boolean;
  readonly versions: { readonly [name: string]: string };
};
