import { parentPort, workerData } from 'node:worker_threads';
import { serveJobs } from './serve-jobs.js';

if (parentPort !== null) await serveJobs(workerData, parentPort);
