import { MEASURES, type MeasureName } from './measures.js';
import type { Summary } from './summary.js';

/** "37.2 ± 1.1 %", "375,146", "> 16" (not reached within so many). */
export function formatSummary(measure: MeasureName, summary: Summary): string {
  const { mean, sd, atLeast, readings } = summary;
  const { exact, kind } = MEASURES[measure];
  if (kind === 'each') return readings.map(({ value }) => value.toFixed(3)).join(', ');
  const more = atLeast ? '> ' : '';
  const spread = sd === null || exact || atLeast ? '' : ` ± ${digits(measure, sd)}`;
  return `${more}${digits(measure, mean)}${spread}${unit(measure)}`;
}

/** The size of a difference: shares are then points. */
export function formatDifference(measure: MeasureName, difference: number): string {
  const { kind } = MEASURES[measure];
  const own = kind === 'share' || kind === 'points' ? ' points' : unit(measure);
  return `${digits(measure, Math.abs(difference))}${own}`;
}

function digits(measure: MeasureName, value: number): string {
  const { kind } = MEASURES[measure];
  if (kind === 'share' || kind === 'points') return (100 * value).toFixed(1);
  if (kind === 'number') return value.toFixed(2);
  return Math.round(value).toLocaleString('en-US');
}

function unit(measure: MeasureName): string {
  const { kind } = MEASURES[measure];
  if (kind === 'share') return ' %';
  return kind === 'points' ? ' points' : '';
}

/** With the first letter in upper case, as at the start of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
