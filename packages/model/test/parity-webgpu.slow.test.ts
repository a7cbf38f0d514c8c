import { existsSync } from 'node:fs';
import { describeParityWhereAvailable } from './parity-suite.js';

/**
 * Chromium's software Vulkan, for machines without a graphics card. Dawn must find `libvulkan.so.1`
 * too: where the system has none, start the tests with `LD_LIBRARY_PATH=/usr/lib/chromium`.
 */
const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SOFTWARE_VULKAN)) process.env.VK_DRIVER_FILES ??= SOFTWARE_VULKAN;

await describeParityWhereAvailable('webgpu', 1e-3);
