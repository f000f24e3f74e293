using System.Globalization;
using Scanlock.LibTorch.Modules;

namespace Scanlock.LibTorch;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Parameters that share settings, which may change between steps.</summary>
        /// <param name="parameters">With their names in the network, by which the optimizer's state is saved.</param>
        /// <param name="lr">Null takes the optimizer's.</param>
        /// <param name="weight_decay">Null takes the optimizer's.</param>
        public sealed class ParamGroup(IEnumerable<(string name, Parameter parameter)> parameters, double? lr = null, double? weight_decay = null)
        {
            internal IReadOnlyList<(string Name, Parameter Parameter)> Named { get; } = [.. parameters];

            public IEnumerable<Parameter> Parameters => Named.Select(p => p.Parameter);

            public double LearningRate { get; set; } = lr ?? double.NaN;

            public double WeightDecay { get; set; } = weight_decay ?? double.NaN;

            internal void Default(double lr, double weightDecay)
            {
                LearningRate = double.IsNaN(LearningRate) ? lr : LearningRate;
                WeightDecay = double.IsNaN(WeightDecay) ? weightDecay : WeightDecay;
            }
        }

        /// <summary>Changes parameters by their gradients. Its state is a set of tensors named after the parameters they belong to.</summary>
        public abstract class Optimizer : IDisposable
        {
            private readonly ParamGroup[] groups;
            private readonly Dictionary<string, Tensor> state = new(StringComparer.Ordinal);

            private protected Optimizer(IEnumerable<ParamGroup> groups, double lr, double weightDecay)
            {
                this.groups = [.. groups];
                foreach (var group in this.groups)
                {
                    group.Default(lr, weightDecay);
                }
            }

            public IEnumerable<ParamGroup> ParamGroups => groups;

            /// <summary>
            /// What the optimizer remembers, such as "layer1.0.conv1.weight.exp_avg": the tensors themselves, so that saving and loading
            /// them continues bit by bit.
            /// </summary>
            public IReadOnlyDictionary<string, Tensor> state_dict() => state;

            /// <summary>Copies a saved state into this one.</summary>
            /// <exception cref="ArgumentException">A name is missing or too many, or a shape or type differs; nothing is changed.</exception>
            public void load_state_dict(IReadOnlyDictionary<string, Tensor> saved)
            {
                foreach (var name in saved.Keys.Where(name => !state.ContainsKey(name)))
                {
                    throw new ArgumentException($"the optimizer has no '{name}'", nameof(saved));
                }

                foreach (var (name, mine) in state)
                {
                    if (!saved.TryGetValue(name, out var theirs))
                    {
                        throw new ArgumentException($"'{name}' is missing", nameof(saved));
                    }

                    if (theirs.dtype != mine.dtype || !theirs.shape.AsSpan().SequenceEqual(mine.shape))
                    {
                        throw new ArgumentException($"'{name}' has another shape or type", nameof(saved));
                    }
                }

                using var off = no_grad();
                foreach (var (name, mine) in state)
                {
                    mine.copy_(saved[name]);
                }
            }

            public abstract void step();

            /// <summary>Frees all gradients.</summary>
            public void zero_grad()
            {
                foreach (var group in groups)
                {
                    foreach (var (_, parameter) in group.Named)
                    {
                        parameter.ClearGradient();
                    }
                }
            }

            public void Dispose()
            {
                Dispose(disposing: true);
                GC.SuppressFinalize(this);
            }

            internal static IEnumerable<(string, Parameter)> Numbered(IEnumerable<Parameter> parameters) =>
                parameters.Select((parameter, i) => (i.ToString(CultureInfo.InvariantCulture), parameter));

            protected virtual void Dispose(bool disposing)
            {
                foreach (var tensor in state.Values)
                {
                    tensor.Dispose();
                }
            }

            /// <summary>A state tensor for each parameter of a group, all zeros, in the parameter's shape, type, device and layout.</summary>
            private protected Tensor[] Remember(ParamGroup group, string what) => Remember(group, what, zeros_like);

            /// <summary>How many steps each parameter has taken.</summary>
            private protected Tensor[] Count(ParamGroup group) => Remember(group, "step", _ => zeros([], ScalarType.Int64));

            private Tensor[] Remember(ParamGroup group, string what, Func<Tensor, Tensor> make)
            {
                var made = new Tensor[group.Named.Count];
                for (var i = 0; i < made.Length; i++)
                {
                    var (name, parameter) = group.Named[i];
                    using var off = no_grad();
                    made[i] = make(parameter).DetachFromDisposeScope();
                    state.Add($"{name}.{what}", made[i]);
                }

                return made;
            }
        }
    }
}
