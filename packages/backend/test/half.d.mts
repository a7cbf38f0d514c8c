export function toHalf(value: number): number;
