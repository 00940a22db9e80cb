/** The kernels that training generative models runs, forwards and backwards; an engine without one cannot train them. */
export const TRAINING_KERNELS: readonly string[] = [
  // element-wise
  ...['Abs', 'Add', 'AddN', 'ClipByValue', 'Cos', 'Elu', 'EluGrad', 'Erf', 'Exp', 'Expm1', 'Floor', 'LeakyRelu', 'Log'],
  ...[
    'Log1p',
    'Maximum',
    'Minimum',
    'Mod',
    'Multiply',
    'Neg',
    'Pow',
    'RealDiv',
    'Reciprocal',
    'Relu',
    'Round',
    'Rsqrt',
  ],
  ...['Sigmoid', 'Sign', 'Sin', 'Softplus', 'Sqrt', 'Square', 'SquaredDifference', 'Step', 'Sub', 'Tanh'],
  // comparisons and choices
  ...['Cast', 'Equal', 'Greater', 'GreaterEqual', 'IsFinite', 'IsNan', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalNot'],
  ...['LogicalOr', 'NotEqual', 'Select'],
  // reductions
  ...['All', 'Any', 'ArgMax', 'ArgMin', 'Cumsum', 'Max', 'Mean', 'Min', 'Prod', 'Softmax', 'Sum'],
  // products and convolutions
  ...['BatchMatMul', 'Einsum', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput', 'DepthwiseConv2dNative'],
  ...['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'],
  // pools and sizes of images
  ...['AvgPool', 'AvgPoolGrad', 'MaxPool', 'MaxPoolGrad', 'ResizeBilinear', 'ResizeBilinearGrad'],
  ...['ResizeNearestNeighbor', 'ResizeNearestNeighborGrad'],
  // places
  ...['Concat', 'ExpandDims', 'Fill', 'GatherNd', 'GatherV2', 'Identity', 'MirrorPad', 'OneHot', 'OnesLike', 'Pack'],
  ...['PadV2', 'Range', 'Reshape', 'Reverse', 'ScatterNd', 'Slice', 'SplitV', 'StridedSlice', 'Tile', 'TopK'],
  ...['Transpose', 'Unpack', 'UnsortedSegmentSum', 'ZerosLike'],
];
