import manifest from '../package.json' with { type: 'json' };

/** Of the `alexnet` command. */
export const VERSION = manifest.version;
