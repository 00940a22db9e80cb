// @boundaries-ignore the shared settings of the workspace
import { build } from '../../tools/tsup.shared.js';

// tfjs-core stays outside; its gradient list, which Node cannot import, comes inside (tools/tfjs-gradients.ts).
export default build(['index'], { noExternal: [/register_all_gradients/] });
