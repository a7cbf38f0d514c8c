import { existsSync } from 'node:fs';
import { describeParityWhereAvailable } from './parity-suite.js';

/** Chromium's software Vulkan, for machines without a graphics card. */
const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SOFTWARE_VULKAN)) process.env.VK_DRIVER_FILES ??= SOFTWARE_VULKAN;

await describeParityWhereAvailable('webgpu', 1e-3);
