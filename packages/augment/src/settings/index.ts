export { checkSettings, SettingError } from './check-settings.js';
export { nearestName } from './nearest-name.js';
export { entriesAt } from './schema-paths.js';
export { above, atLeast, below, oneOf, whole, within } from './schemas.js';
