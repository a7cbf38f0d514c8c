import type { SourceModel } from './source-model.js';

/** Why names do not say which modules without weights stand between the layers. */
export const UNSAID_NAMES =
  "its names are not those of torchvision's modules, whose numbers would say how many stand between the layers";

/** What a file that holds tensors by names of layers leaves open. */
export function numbersOnly(
  layout: SourceModel['layout'],
): Pick<SourceModel, 'layout' | 'presets' | 'unsaid' | 'flattenUnsaid'> {
  return {
    layout,
    presets: null,
    unsaid: UNSAID_NAMES,
    flattenUnsaid: layout === 'channels-last',
  };
}
