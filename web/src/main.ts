import { mount } from 'svelte';
import App from './App.svelte';
import { readConfig } from '$lib/api/config';
import { describeDevice } from '$lib/api/device';
import { AppStore } from '$lib/stores/app.svelte';
import './tokens.css';
import './app.css';

const app = new AppStore(readConfig(document), describeDevice(navigator));
document.addEventListener('visibilitychange', () => {
	if (document.visibilityState === 'visible') app.wake();
});
window.addEventListener('online', () => app.wake());
void app.start();

mount(App, { target: document.getElementById('app')!, props: { app } });
