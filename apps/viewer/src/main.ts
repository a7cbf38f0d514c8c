import { mount } from 'svelte';
import './styles.css';
import App from './app.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app element.');
mount(App, { target });

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Best effort: without it the page still works, only not after a reload without a network.
  navigator.serviceWorker.register('./sw.js').catch(() => undefined);
}
