export { BACKEND_NAMES, type BackendName, parseBackendName } from './selection/backend-name.js';
export type { PassedOver, Selection, SelectOptions } from './selection/select.js';
export type { Tf } from './selection/tf.js';
