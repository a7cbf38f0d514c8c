import { type GraphCall, TF_FLOAT } from './raw-ops.js';
import type { Recorder } from './record-graph.js';

/** The calls that write variables of a session, and that read them, in the order of their ids. */
export function accessTo(
  recorder: Recorder,
  ids: readonly number[],
): readonly [GraphCall, GraphCall] {
  const feeds = ids.map(recorder.feed);
  const targets = ids.map((id, i) => {
    // What is given may lie in memory of JavaScript's, which must not be freed by a thread of a session.
    const copy = recorder.add('DeepCopy', { T: TF_FLOAT }, [feeds[i] ?? -1]);
    const from = [recorder.handleOfId(id), copy];
    return recorder.add('AssignVariableOp', { dtype: TF_FLOAT }, from, { outputs: 0 });
  });
  const results = ids.map((id) => {
    const read = [recorder.handleOfId(id)];
    return recorder.add('ReadVariableOp', { dtype: TF_FLOAT }, read);
  });
  return [
    { feeds, results: [], targets },
    { feeds: [], results },
  ];
}
