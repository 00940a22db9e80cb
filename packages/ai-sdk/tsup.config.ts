// @boundaries-ignore the shared settings of the workspace
import { build } from '../../tools/tsup.shared.js';

export default build();
