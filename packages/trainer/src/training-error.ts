import { CodedError } from '@alexnet/files';

/** Why a network cannot be trained or judged. */
export type TrainingErrorCode =
  | 'not-finite' // a loss or gradient is not a number; the state before the step was snapshot
  | 'no-images' // not one image could be read
  | 'no-preprocessing' // nobody says how images are prepared
  | 'no-validation' // the schedule needs validation images, and there are none
  | 'bad-recipe' // the recipe does not go with the network or the images
  | 'precision' // the backend computes in another than the recipe asks for
  | 'bad-weights' // weights, momentum or an average that are not this network's
  | 'ranks-differ' // processes that train together hold other weights, or were given other images or settings
  | 'interrupted' // another process was told to stop
  | 'bad-world' // flags or an environment that do not say which processes there are
  | 'bad-file'; // a checkpoint or an evaluation that is damaged or something else

/** What this package throws, besides `SettingError` for a setting that is wrong. */
export class TrainingError extends CodedError<TrainingErrorCode> {
  override readonly name = 'TrainingError';
}
