/** DESIGN: one-way imports, `files` at the bottom; `backend` knows `model`'s contract of kernels. */
const only = (from, allowed) => ({
  name: `${from}-imports`,
  comment: `${from} may import only: ${allowed.join(', ') || 'no sibling'}`,
  severity: 'error',
  from: { path: `^packages/${from}/src` },
  to: { path: '^packages/', pathNot: `^packages/(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-app-in-package',
      severity: 'error',
      from: { path: '^packages' },
      to: { path: '^apps' },
    },
    only('files', []),
    only('model', []),
    only('data', ['files', 'model']),
    only('backend', ['files', 'model']),
    only('convert', ['files', 'model']),
    only('augment', ['files', 'model', 'data']),
    only('trainer', ['files', 'model', 'augment']),
    only('classifier', ['files', 'model', 'augment', 'data', 'convert', 'backend', 'showcase']),
    only('showcase', []),
    only('experiments', ['files', 'model', 'augment', 'data', 'trainer']),
    {
      name: 'model-types-only',
      comment: 'backend may use types of model, not its code',
      severity: 'error',
      from: { path: '^packages/backend/src' },
      to: { path: '^packages/model/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'augment-data-in-loader-only',
      severity: 'error',
      from: { path: '^packages/augment/src', pathNot: '^packages/augment/src/loader' },
      to: { path: '^packages/data/' },
    },
    {
      name: 'backends-named-in-backend-and-apps-only',
      severity: 'error',
      from: { path: '^packages/(?!backend/)[^/]+/src' },
      to: { path: '@tensorflow/tfjs-(backend|node)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist' },
    exclude: { path: '(^|/)(test|bench|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      conditionNames: ['@alexnet/source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
