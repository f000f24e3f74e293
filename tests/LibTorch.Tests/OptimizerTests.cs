using Scanlock.LibTorch.Modules;
using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Tests;

/// <summary>Optimizers against their papers' formulas, one number at a time, in double precision.</summary>
public sealed class OptimizerTests : TorchTest
{
    private const int Steps = 6;

    // Gradients that shrink, so that AMSGrad's largest variance is not the present one.
    private static readonly double[] Slopes = [8, 4, -2, 1, -0.5, 0.25];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Adam_steps_as_its_papers_say(bool decoupled, bool amsgrad)
    {
        using var weight = new Parameter(Of([2], 1, -2));
        using optim.Optimizer optimizer = decoupled
            ? optim.AdamW([weight], lr: 0.1, weight_decay: 0.5, amsgrad: amsgrad)
            : optim.Adam([weight], lr: 0.1, weight_decay: 0.5, amsgrad: amsgrad);
        double[] w = [1, -2], m = [0, 0], v = [0, 0], largest = [0, 0];
        for (var t = 1; t <= Steps; t++)
        {
            Step(optimizer, weight, Slopes[t - 1]);
            for (var i = 0; i < 2; i++)
            {
                var g = Slopes[t - 1] + (decoupled ? 0 : 0.5 * w[i]);
                m[i] = (0.9 * m[i]) + (0.1 * g);
                v[i] = (0.999 * v[i]) + (0.001 * g * g);
                largest[i] = Math.Max(largest[i], v[i]);
                var deviation = Math.Sqrt((amsgrad ? largest[i] : v[i]) / (1 - Math.Pow(0.999, t)));
                w[i] = (decoupled ? w[i] * (1 - (0.1 * 0.5)) : w[i]) - (0.1 * (m[i] / (1 - Math.Pow(0.9, t))) / (deviation + 1e-8));
            }
        }

        Close(w, weight);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    public void SGD_steps_with_momentum_and_looks_ahead(double momentum, bool nesterov)
    {
        using var weight = new Parameter(Of([2], 1, -2));
        using var optimizer = optim.SGD([weight], 0.1, momentum, weight_decay: 0.5, nesterov: nesterov);
        double[] w = [1, -2], velocity = [0, 0];
        for (var t = 1; t <= Steps; t++)
        {
            Step(optimizer, weight, Slopes[t - 1]);
            for (var i = 0; i < 2; i++)
            {
                var g = Slopes[t - 1] + (0.5 * w[i]);
                velocity[i] = (momentum * velocity[i]) + g;
                w[i] -= 0.1 * (nesterov ? g + (momentum * velocity[i]) : velocity[i]);
            }
        }

        Close(w, weight);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("amsgrad")]
    public void One_pass_and_tensor_expressions_agree(string name)
    {
        manual_seed(2);
        using var single = new Parameter(randn([40_000]));
        using var @double = new Parameter(single.detach().to(ScalarType.Float64));
        using var one = Make(name, ("w", single));
        using var other = Make(name, ("w", @double));
        for (var i = 0; i < Steps; i++)
        {
            Step(one, single, Slopes[i]);
            Step(other, @double, Slopes[i]);
        }

        Close([.. @double.detach().data<double>().ToArray()], single, 1e-5);
    }

    [Fact]
    public void Weights_in_another_memory_order_step_alike()
    {
        manual_seed(2);
        var start = randn([3, 4, 5]);
        using var plain = new Parameter(start.clone());
        using var turned = new Parameter(start.transpose(0, 2).contiguous().transpose(0, 2));
        using var one = Make("amsgrad", ("w", plain));
        using var other = Make("amsgrad", ("w", turned));
        var factor = randn([3, 4, 5]);
        for (var i = 0; i < Steps; i++)
        {
            foreach (var (optimizer, weight) in new[] { (one, plain), (other, turned) })
            {
                optimizer.zero_grad();
                (weight * weight * factor).sum().backward();
                optimizer.step();
            }
        }

        Assert.Equal(plain.detach().data<float>().ToArray(), turned.detach().data<float>().ToArray());
    }

    [Theory]
    [InlineData("nesterov")]
    [InlineData("adam")]
    [InlineData("amsgrad")]
    public void A_saved_state_goes_on_bit_by_bit(string name)
    {
        manual_seed(4);
        using var first = new Parameter(randn([1000]));
        using var second = new Parameter(randn([1]));
        using var optimizer = Make(name, ("a", first), ("b", second));
        Walk(optimizer, first);
        using var copy = new Parameter(first.detach().clone());
        using var resumed = Make(name, ("a", copy), ("b", second));
        var saved = optimizer.state_dict().ToDictionary(s => s.Key, s => s.Value.clone(), StringComparer.Ordinal);

        resumed.load_state_dict(saved);
        Walk(optimizer, first);
        Walk(resumed, copy);

        Assert.Equal(first.detach().data<float>().ToArray(), copy.detach().data<float>().ToArray());
        Assert.All(optimizer.state_dict(), s => Assert.True(s.Value.eq(resumed.state_dict()[s.Key]).all().ToBoolean(), s.Key));
    }

    [Fact]
    public void State_has_the_parameters_names_and_a_parameter_without_gradient_takes_no_step()
    {
        using var used = new Parameter(ones([2]));
        using var unused = new Parameter(ones([3]));
        using var optimizer = Make("amsgrad", ("fc.weight", used), ("fc.bias", unused));
        Walk(optimizer, used);

        Assert.Equal(
            ["fc.bias.exp_avg", "fc.bias.exp_avg_sq", "fc.bias.max_exp_avg_sq", "fc.bias.step",
             "fc.weight.exp_avg", "fc.weight.exp_avg_sq", "fc.weight.max_exp_avg_sq", "fc.weight.step"],
            optimizer.state_dict().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Steps, optimizer.state_dict()["fc.weight.step"].ToDouble());
        Assert.Equal(0, optimizer.state_dict()["fc.bias.step"].ToDouble());
        Close([1, 1, 1], unused);
    }

    [Fact]
    public void A_state_that_is_not_this_optimizers_is_refused_and_changes_nothing()
    {
        using var weight = new Parameter(ones([2]));
        using var optimizer = Make("nesterov", ("w", weight));

        Assert.Contains("w.momentum_buffer", Refused([]), StringComparison.Ordinal);
        Assert.Contains("shape", Refused(new() { ["w.momentum_buffer"] = ones([3]) }), StringComparison.Ordinal);
        Assert.Contains("x.step", Refused(new() { ["w.momentum_buffer"] = ones([2]), ["x.step"] = ones([]) }), StringComparison.Ordinal);
        Close([0, 0], optimizer.state_dict()["w.momentum_buffer"]);

        string Refused(Dictionary<string, Tensor> saved) => Assert.Throws<ArgumentException>(() => optimizer.load_state_dict(saved)).Message;
    }

    [Fact]
    public void Groups_have_learning_rates_and_decays_of_their_own()
    {
        using var slow = new Parameter(ones([1]));
        using var fast = new Parameter(ones([1]));
        using var optimizer = optim.SGD(
            [new optim.ParamGroup([("slow", slow)], weight_decay: 0), new optim.ParamGroup([("fast", fast)], lr: 0.5)], 0.1, weight_decay: 1);
        Assert.Equal([0.1, 0.5], optimizer.ParamGroups.Select(g => g.LearningRate));
        optimizer.ParamGroups.First().LearningRate = 0.25;

        (slow + fast).sum().backward();
        optimizer.step();

        Close([0.75], slow);
        Close([1 - (0.5 * 2)], fast);
    }

    [Fact]
    public void Nesterov_without_momentum_is_refused() =>
        Assert.Throws<ArgumentException>(() => optim.SGD(Array.Empty<Parameter>(), 0.1, nesterov: true));

    [Fact]
    public void Gradients_are_scaled_down_together_to_the_norm_asked_for()
    {
        using var a = new Parameter(zeros([1]));
        using var b = new Parameter(zeros([2]));
        using var without = new Parameter(zeros([1]));
        ((a * 3).sum() + (b * Of([2], 4, 12)).sum()).backward();

        Assert.Equal(13, nn.utils.clip_grad_norm_([a, b, without], 26), 1e-5);
        Close([3], a.grad!);
        Assert.Equal(13, nn.utils.clip_grad_norm_([a, b, without], 1), 1e-5);
        Close([3 / 13.0], a.grad!);
        Close([4 / 13.0, 12 / 13.0], b.grad!);
        Assert.Equal(12 / 13.0, nn.utils.clip_grad_norm_([a, b], 1, double.PositiveInfinity), 1e-5);
        Assert.Equal(0, nn.utils.clip_grad_norm_([without], 1));
    }

    private static optim.Optimizer Make(string name, params (string, Parameter)[] parameters) => name switch
    {
        "sgd" => optim.SGD(parameters, 0.1, weight_decay: 0.1),
        "nesterov" => optim.SGD(parameters, 0.1, 0.9, 0.1, nesterov: true),
        "adam" => optim.Adam(parameters, 0.01, weight_decay: 0.1),
        "adamw" => optim.AdamW(parameters, 0.01),
        _ => optim.AdamW(parameters, 0.01, amsgrad: true),
    };

    private static void Walk(optim.Optimizer optimizer, Parameter weight)
    {
        foreach (var slope in Slopes)
        {
            Step(optimizer, weight, slope);
        }
    }

    private static void Step(optim.Optimizer optimizer, Parameter weight, double slope)
    {
        optimizer.zero_grad();
        (weight * slope).sum().backward();
        optimizer.step();
    }
}
