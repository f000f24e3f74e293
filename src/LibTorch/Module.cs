using Scanlock.LibTorch.Modules;

namespace Scanlock.LibTorch;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// A layer or network: named parameters, buffers and inner modules, in the order they were registered.
        /// Owns their memory and frees it when disposed.
        /// </summary>
        public abstract class Module(string name) : IDisposable
        {
            private readonly List<(string name, Module module)> children = [];
            private readonly List<(string name, Parameter parameter)> parameters_ = [];
            private readonly List<(string name, Tensor buffer)> buffers_ = [];

            public bool training { get; private set; } = true;

            public string GetName() => name;

            /// <summary>Parameters by dotted path, depth first: the names PyTorch gives them in a state dict.</summary>
            public IEnumerable<(string name, Parameter parameter)> named_parameters() =>
                parameters_.Concat(children.SelectMany(c => c.module.named_parameters(), (c, p) => ($"{c.name}.{p.name}", p.parameter)));

            public IEnumerable<(string name, Tensor buffer)> named_buffers() =>
                buffers_.Concat(children.SelectMany(c => c.module.named_buffers(), (c, b) => ($"{c.name}.{b.name}", b.buffer)));

            public IEnumerable<Parameter> parameters() => named_parameters().Select(p => p.parameter);

            /// <summary>Parameters and buffers, by name.</summary>
            public IReadOnlyDictionary<string, Tensor> state_dict() => named_parameters().Select(p => (p.name, (Tensor)p.parameter))
                .Concat(named_buffers()).ToDictionary(p => p.Item1, p => p.Item2, StringComparer.Ordinal);

            public void train(bool on = true)
            {
                training = on;
                foreach (var (_, child) in children)
                {
                    child.train(on);
                }
            }

            public void eval() => train(false);

            public Module to(Device device)
            {
                using var scope = NewDisposeScope();
                foreach (var tensor in state_dict().Values)
                {
                    tensor.SetData(tensor.detach().to(device));
                }

                return this;
            }

            /// <summary>Makes all floating-point parameters and buffers of one type.</summary>
            public Module to(ScalarType dtype)
            {
                using var scope = NewDisposeScope();
                foreach (var tensor in state_dict().Values.Where(t => t.dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
                {
                    tensor.SetData(tensor.detach().to(dtype));
                }

                return this;
            }

            /// <summary>Puts the weights of convolutions in another order in memory; what they compute stays the same.</summary>
            public Module to(MemoryFormat memory_format)
            {
                var dimensions = memory_format == MemoryFormat.ChannelsLast3d ? 5 : 4;
                using var scope = NewDisposeScope();
                foreach (var tensor in state_dict().Values.Where(t => t.dim() == dimensions))
                {
                    tensor.SetData(tensor.detach().to(memory_format));
                }

                return this;
            }

            public void Dispose()
            {
                Dispose(disposing: true);
                GC.SuppressFinalize(this);
            }

            public void register_module(string name, Module submodule) => children.Add((name, submodule));

            public void register_parameter(string name, Parameter param)
            {
                param.DetachFromDisposeScope();
                parameters_.Add((name, param));
            }

            public void register_buffer(string name, Tensor tensor)
            {
                tensor.DetachFromDisposeScope();
                buffers_.Add((name, tensor));
            }

            protected virtual void Dispose(bool disposing)
            {
                foreach (var (_, parameter) in parameters_)
                {
                    parameter.Dispose();
                }

                foreach (var (_, buffer) in buffers_)
                {
                    buffer.Dispose();
                }

                foreach (var (_, child) in children)
                {
                    child.Dispose();
                }
            }
        }

        /// <summary>A module that maps one input to one result.</summary>
        public abstract class Module<T, TResult>(string name) : Module(name)
        {
            public abstract TResult forward(T input);

            public TResult call(T input) => forward(input);
        }
    }
}
