export { type TorchContainer, torchContainer } from './container.js';
export { readTorch } from './read-torch.js';
export { type WriteTorchOptions, writeTorch } from './write-torch.js';
