import { build } from '../../tools/tsup.shared.js';

export default build();
