namespace Scanlock.Contracts.Trials;

/// <summary>Every field of a trial spec.</summary>
public static class TrialSpecFields
{
    public static GroupField All { get; } = new("spec", "One training, but for its data and seed.",
    [
        new IntegerField("v", "Version of this format.", Wire.Version, Wire.Version),
        new ChoiceField("task", "What is learned: classify gives each slice one of two classes.", ["classify"], "classify"),
        new NameField("label", "Name of the label to learn, as the dataset's catalogue entry gives it; its values must be 0 and 1.", 64),
        new ChoiceField("network", "The network, trained from scratch on one input channel.", [.. TrialNetworks.Names]),
        new IntegerField("image_size", "Side in pixels that slices are resampled to.", 32, 512, 128),
        new GroupField("window", "The Hounsfield units that are told apart.",
        [
            new NumberField("center", "Middle of the window, HU.", -2000, 4000, -500),
            new NumberField("width", "Width of the window, HU.", 0, 10_000, 1500, Above: true),
        ]),
        new IntegerField("epochs", "Times that the training part is gone through.", 1, 10_000, 20),
        new IntegerField("batch", "Slices per step. The last, incomplete batch of an epoch is left out.", 1, 4096, 16),
        new ChoiceField("optimizer", "The rule by which weights change.", ["adamw"], "adamw"),
        new NumberField("learning_rate", "Learning rate at the first step.", 0, 10, 0.001, Above: true),
        new NumberField("weight_decay", "Decoupled weight decay.", 0, 1, 0.01),
        new ChoiceField("schedule", "How the learning rate goes on: cosine ends near zero.", ["cosine", "constant"], "cosine"),
        new NumberField("label_smoothing", "Share of the target that is spread over all classes.", 0, 0.5, 0),
        new ChoiceField("class_weights", "balanced weighs a class by the inverse of its share of training slices.", ["none", "balanced"], "none"),
        new GroupField("augmentation", "Random changes of each training image, drawn anew every epoch.",
        [
            new FlagField("flip", "Exchange left and right, half of the time.", true),
            new NumberField("rotate", "Degrees at most, either way.", 0, 180, 10),
            new NumberField("shift", "Share of the side at most, along each axis.", 0, 0.5, 0.05),
            new NumberField("scale", "Relative change of size at most, either way.", 0, 0.5, 0.1),
        ]),
        new NumberField("validation_fraction", "Share of each class's patients kept out of training and evaluated on.", 0.05, 0.5, 0.2),
        new ChoiceField("device", "Where to compute: auto takes a GPU where the job has one.", ["auto", "cpu", "cuda"], "auto"),
    ]);
}
