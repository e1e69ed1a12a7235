import './styles/index.css'
import { mount } from 'svelte'
import Root from './app/App.svelte'
import { App } from './app/app.svelte'
import { host } from './host-tauri'

const app = new App(host, () => new Date(), localStorage)
mount(Root, { target: document.body, props: { app } })
await app.start()
