import type { BackendName } from '../backend-name.js';
import type { BackendOptions } from '../backend-options.js';

/** How one engine gets from a name to a registered TensorFlow.js backend. */
export type Engine = {
  readonly name: BackendName;
  /** What TensorFlow.js calls it. */
  readonly registeredAs: string;
  /** Why 'auto' passes it over here, or undefined. It may look at the machine but loads nothing. */
  readonly passedOver?: (options: BackendOptions) => Promise<string | undefined>;
  /** Imports and registers the engine. @throws Error whose message is the reason why it cannot be used. */
  readonly load: (options: BackendOptions) => Promise<void>;
  /** Once, after it became the current engine for the first time. */
  readonly activated?: () => void;
  readonly facts?: () => EngineFacts;
};

/** What only the engine itself knows. */
export type EngineFacts = {
  readonly version?: string;
  readonly device?: string;
  readonly software?: boolean;
  readonly threads?: number;
  readonly native?: boolean;
  readonly blas?: string;
  readonly notes?: readonly string[];
};
