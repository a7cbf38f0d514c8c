import type { Device, Pipeline } from '../webgpu-types.js';

/** Threads of a workgroup. */
const WORKGROUP = 256;
/** Workgroups that every device starts in one dimension. Source: the WebGPU specification's default. */
const MOST_WORKGROUPS = 65_535;

/** A part of a buffer of numbers that a program may be bound to alone. Source: the same. */
export const ROW_BYTES = 256;

/** What decides whether a step changes anything: two words. */
export const GATE_BYTES = 8;

const GATE = 'struct Gate { isOpen : u32, scale : f32 }';

/**
 * Bindings: loss, squared norm, whether an earlier step failed (stays set), the gate.
 *
 * @param limit norm above which gradients are scaled down; 0 is off
 */
export function gateProgram(device: Device, limit: number): Pipeline {
  return pipelineOf(
    device,
    `
    ${GATE}
    @group(0) @binding(0) var<storage, read> loss : array<u32>;
    @group(0) @binding(1) var<storage, read> squared : array<u32>;
    @group(0) @binding(2) var<storage, read_write> failed : array<u32>;
    @group(0) @binding(3) var<storage, read_write> gate : Gate;
    // By its bits: compilers may take it for granted that numbers are finite.
    fn isFinite(bits : u32) -> bool {
      return (bits & 0x7f800000u) != 0x7f800000u;
    }
    @compute @workgroup_size(1)
    fn main() {
      if (!isFinite(loss[0]) || !isFinite(squared[0])) {
        failed[0] = 1u;
      }
      gate.isOpen = 1u - failed[0];
      let norm = sqrt(bitcast<f32>(squared[0]));
      let limit = ${limit.toExponential()}f;
      gate.scale = select(1.0, limit / norm, limit > 0.0 && norm > limit);
    }`,
  );
}

/**
 * The update of one parameter in place, to the bit as the same op by op. Bindings: variable, velocity,
 * gradient, a row of momentum, rate and decay, the gate.
 */
export function updateProgram(device: Device, size: number, isRateInside: boolean): Pipeline {
  const rule = isRateInside
    ? `let next = row.momentum * v - row.rate * (g + row.decay * w);
      velocity[at] = next;
      variable[at] = w + next;`
    : `let pull = select(g + w * row.decay, g, row.decay == 0.0);
      let next = v * row.momentum + pull;
      velocity[at] = next;
      variable[at] = w - next * row.rate;`;
  return elementwise(device, size, {
    target: 'variable',
    declarations: `
    struct Row { momentum : f32, rate : f32, decay : f32 }
    @group(0) @binding(0) var<storage, read_write> variable : array<T>;
    @group(0) @binding(1) var<storage, read_write> velocity : array<T>;
    @group(0) @binding(2) var<storage, read> gradient : array<T>;
    @group(0) @binding(3) var<uniform> row : Row;
    @group(0) @binding(4) var<storage, read> gate : Gate;`,
    body: `
      if (row.rate == 0.0) { return; }
      let w = variable[at];
      let v = velocity[at];
      let g = gradient[at] * gate.scale;
      ${rule}`,
  });
}

/** A moving average. Bindings: mean, live, a row of the share, the gate. */
export function averageProgram(device: Device, size: number): Pipeline {
  return elementwise(device, size, {
    target: 'mean',
    declarations: `
    @group(0) @binding(0) var<storage, read_write> mean : array<T>;
    @group(0) @binding(1) var<storage, read> live : array<T>;
    @group(0) @binding(2) var<uniform> share : vec4<f32>;
    @group(0) @binding(3) var<storage, read> gate : Gate;`,
    body: 'mean[at] = mean[at] + (live[at] - mean[at]) * share.x;',
  });
}

/** A new value. Bindings: variable, value, the gate. */
export function storeProgram(device: Device, size: number): Pipeline {
  return elementwise(device, size, {
    target: 'variable',
    declarations: `
    @group(0) @binding(0) var<storage, read_write> variable : array<T>;
    @group(0) @binding(1) var<storage, read> value : array<T>;
    @group(0) @binding(2) var<storage, read> gate : Gate;`,
    body: 'variable[at] = value[at];',
  });
}

/** The workgroups of these programs for so many elements. */
export function workgroupsOf(size: number): readonly [number, number, number] {
  const all = Math.ceil(size / componentOf(size) / WORKGROUP);
  const rows = Math.ceil(all / MOST_WORKGROUPS);
  return [Math.ceil(all / rows), rows, 1];
}

function componentOf(size: number): 1 | 4 {
  return size % 4 === 0 ? 4 : 1;
}

function elementwise(
  device: Device,
  size: number,
  {
    target,
    declarations,
    body,
  }: { readonly target: string; readonly declarations: string; readonly body: string },
): Pipeline {
  const component = componentOf(size);
  return pipelineOf(
    device,
    `
    alias T = ${component === 4 ? 'vec4<f32>' : 'f32'};
    ${GATE}
    ${declarations}
    @compute @workgroup_size(${WORKGROUP})
    fn main(
      @builtin(global_invocation_id) id : vec3<u32>,
      @builtin(num_workgroups) workgroups : vec3<u32>
    ) {
      let at = id.x + id.y * workgroups.x * ${WORKGROUP}u;
      if (at >= arrayLength(&${target}) || gate.isOpen == 0u) { return; }
      ${body}
    }`,
  );
}

const pipelines = new WeakMap<Device, Map<string, Pipeline>>();

function pipelineOf(device: Device, code: string): Pipeline {
  const known = pipelines.get(device) ?? new Map<string, Pipeline>();
  pipelines.set(device, known);
  const pipeline =
    known.get(code) ??
    device.createComputePipeline({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
    });
  known.set(code, pipeline);
  return pipeline;
}
