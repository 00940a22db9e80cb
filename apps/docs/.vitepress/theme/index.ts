import DefaultTheme from 'vitepress/theme';
import VaeLab from '../components/VaeLab.vue';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }: { app: { component(name: string, component: unknown): unknown } }) {
    app.component('VaeLab', VaeLab);
  },
};
