import type { Device } from './webgpu-types.js';

/**
 * Lets kernels write `enable f16;` and diagnostics anywhere in their code: WGSL wants such lines before all
 * others, and what tfjs puts around a kernel comes before it.
 */
export function hoistEnables(device: Device): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create({ ...descriptor, code: withEnablesFirst(descriptor.code) });
}

export function withEnablesFirst(code: string): string {
  const enables: string[] = [];
  const rest = code.replace(
    /^\s*((?:enable [\w, ]+|diagnostic\([\w., ]+\));)/gm,
    (_, line: string) => {
      enables.push(line);
      return '';
    },
  );
  return [...new Set(enables), rest].join('\n');
}
