namespace Scanlock.Contracts.Trials;

/// <summary>Every field of a trial spec, in the order in which it is documented.</summary>
public static class TrialSpecFields
{
    public static GroupField All { get; } = new("spec", "One training, but for its data and seed.",
    [
        new IntegerField("v", "Version of this format.", Wire.Version, Wire.Version),
        .. What,
        .. Data,
        .. Learning,
        .. Beyond,
    ]);

    private static IReadOnlyList<SpecField> What =>
    [
        new ChoiceField(
            "task",
            "classify gives each slice (or volume) one of two classes; segment marks lesions; evaluate scores initial_weights and trains nothing.",
            [TrialSpec.Classify, TrialSpec.Segment, TrialSpec.Evaluate],
            TrialSpec.Classify),
        new NameField("label", "Name of the label to learn, as the dataset's catalogue entry gives it; its values must be 0 and 1. Segmentation needs none.", 64, ""),
        new ChoiceField("network", "The network.", [.. TrialNetworks.Names]),
        new IntegerField("channels", "Input channels: 1, or 3 where weights made for colour pictures start it (the slice three times).", 1, 3, 1, Step: 2),
        new NumberField("dropout", "Chance that a number is dropped before the last layer.", 0, 0.9, 0),
        new DigestField("initial_weights", "Digest of the safetensors file to start from, as the permit lists it; none draws fresh weights.", TrialSpec.FromScratch),
        new IntegerField("image_size", "Side in pixels that slices are resampled to.", 32, 512, 128),
        new IntegerField("depth", "Slices that a volume is resampled to; only networks on volumes look at it.", 8, 256, 32),
    ];

    private static IReadOnlyList<SpecField> Data =>
    [
        new GroupField("window", "The Hounsfield units that are told apart.",
        [
            new NumberField("center", "Middle of the window, HU.", -2000, 4000, -500),
            new NumberField("width", "Width of the window, HU.", 0, 10_000, 1500, Above: true),
        ]),
        new GroupField("preparation", "What is kept of each scan before anything is learned.",
        [
            new ChoiceField("kind", "lung crops axial slices to the lungs and drops those that show too little of them.", ["none", LungPreparation.Lung], "none"),
            new IntegerField("min_area", "Area in pixels of the lungs' bounding box below which a slice is dropped.", 0, 1 << 24, 10_000),
            new NumberField("min_ratio", "Share of lung below which a slice is dropped.", 0, 1, 0.1),
            new IntegerField("min_slices", "A patient with fewer slices left is dropped.", 0, 10_000, 50),
        ]),
        new ChoiceField("sampling", "balanced draws each class equally often in an epoch; shuffled draws each slice once.", ["shuffled", "balanced"], "shuffled"),
        new GroupField("augmentation", "Random changes of each training image, drawn anew every epoch.",
        [
            new FlagField("flip", "Exchange left and right, half of the time.", true),
            new NumberField("rotate", "Degrees at most, either way.", 0, 180, 10),
            new NumberField("shift", "Share of the side at most, along each axis.", 0, 0.5, 0.05),
            new NumberField("scale", "Relative change of size at most, either way.", 0, 0.5, 0.1),
            new NumberField("noise", "Standard deviation of Gaussian noise, as a share of the window.", 0, 0.5, 0),
            new NumberField("gamma", "Relative change at most of the exponent that grey levels are raised to.", 0, 0.9, 0),
            new NumberField("elastic", "Amplitude of a smooth random displacement, as a share of the side.", 0, 0.2, 0),
        ]),
        new GroupField("validation", "Which patients are kept out of training and evaluated on.",
        [
            new NumberField("fraction", "Share of each class's patients, drawn by the seed.", 0.05, 0.5, 0.2),
            new NameField("holdout", "Name of a label that marks the validation part, in place of a drawn one; other slices of its patients are left out.", 64, ""),
            new NameField("holdout_value", "Value of that label in the validation part.", 64, "1"),
            new IntegerField("folds", "Parts of a cross-validation by patient, in place of a drawn share; 0 for none.", 0, 20, 0),
            new IntegerField("fold", "The part to evaluate on, from 0.", 0, 19, 0),
        ]),
    ];

    private static IReadOnlyList<SpecField> Learning =>
    [
        new IntegerField("epochs", "Times that the training part is gone through.", 1, 10_000, 20),
        new IntegerField("batch", "Slices per step. The last, incomplete batch of an epoch is left out.", 1, 4096, 16),
        new ChoiceField(
            "loss",
            "What is made small: cross_entropy or focal; to segment also dice, or boundary (binary cross-entropy weighted at lesion borders, plus IoU).",
            ["cross_entropy", "focal", "dice", "boundary"],
            "cross_entropy"),
        new NumberField("focal_gamma", "How much the focal loss looks away from what is easy.", 0, 10, 2),
        new NumberField("label_smoothing", "Share of the target that is spread over all classes.", 0, 0.5, 0),
        new ChoiceField("class_weights", "balanced weighs a class by the inverse of its share of the training part.", ["none", "balanced"], "none"),
        new ChoiceField("optimizer", "The rule by which weights change.", ["sgd", "adam", "adamw"], "adamw"),
        new NumberField("learning_rate", "Learning rate at the first step after the warm-up.", 0, 10, 0.001, Above: true),
        new NumberField("weight_decay", "Weight decay; decoupled for adamw, part of the gradient for the others.", 0, 1, 0.01),
        new NumberField("momentum", "Of sgd.", 0, 0.999, 0.9),
        new FlagField("amsgrad", "Hold on to the largest second moment seen (adam and adamw).", false),
        new ChoiceField("schedule", "How the learning rate goes on: cosine ends near zero, step falls in stairs.", ["cosine", "constant", "step"], "cosine"),
        new IntegerField("warmup_epochs", "Epochs in which the learning rate rises from near zero.", 0, 1000, 0),
        new IntegerField("step_epochs", "Epochs between the stairs of the step schedule.", 1, 10_000, 10),
        new NumberField("step_factor", "What each stair multiplies the learning rate by.", 0, 1, 0.1, Above: true),
        new NumberField("gradient_clip", "Longest gradient, as one vector over all weights; 0 for no limit.", 0, 1000, 0),
        new NumberField("average_decay", "Decay of an exponential moving average of the weights, which is then what is evaluated and kept; 0 for none.", 0, 0.99999, 0),
        new ChoiceField("keep", "Which weights are kept: of the last epoch, or of the one that did best in validation.", ["last", TrialSpec.BestWeights], "last"),
        new IntegerField("patience", "Epochs without a better validation after which training ends; 0 never ends early.", 0, 10_000, 0),
    ];

    private static IReadOnlyList<SpecField> Beyond =>
    [
        new GroupField("pretraining", "What the network learns before it sees a label.",
        [
            new ChoiceField("method", "rotation tells quarter turns apart; contrast tells a slice's two augmented views from other slices'.", ["none", Pretraining.Rotation, Pretraining.Contrast], "none"),
            new IntegerField("epochs", "Times that the training part is gone through beforehand.", 1, 10_000, 20),
            new NumberField("learning_rate", "Learning rate at the first step; cosine.", 0, 10, 0.001, Above: true),
            new NumberField("temperature", "Of the contrastive loss.", 0, 10, 0.2, Above: true),
            new IntegerField("queue", "Negatives that the contrastive loss remembers.", 1, 1 << 20, 1024),
            new NumberField("momentum", "How slowly the contrastive key network follows.", 0, 0.9999, 0.99),
        ]),
        new GroupField("adversarial", "Training against worst-case noise (projected gradient descent).",
        [
            new NumberField("share", "Weight of the adversarial loss against the plain one; 0 for none.", 0, 1, 0),
            new NumberField("epsilon", "Largest change of a pixel, as a share of the window.", 0, 0.5, 0.01, Above: true),
            new IntegerField("steps", "Gradient steps of the attack.", 1, 100, 3),
            new NumberField("step_size", "Change per step, as a share of the window.", 0, 0.5, 0.005, Above: true),
        ]),
        new GroupField("weak", "Learning to segment from less than full masks.",
        [
            new ChoiceField("supervision", "points keeps of each training mask one pixel per lesion and as many outside, at least one; cross-entropy there is what is learnt from.", ["full", WeakSupervision.Points], "full"),
            new NumberField("flip_consistency", "Weight of the mirrored slice: of agreeing with oneself on it, and of its own loss.", 0, 100, 0),
            new NumberField("rotation_consistency", "Weight of the slice turned by one to three quarter turns, likewise.", 0, 100, 0),
            new IntegerField("views", "Mirrored and turned views whose probabilities are averaged in evaluation; 2 at most on volumes.", 1, 8, 1),
        ]),
        new GroupField("active", "Which regions would teach most if they were labelled.",
        [
            new IntegerField("passes", "Times that each evaluated slice, and each slice without label or mask, is seen with dropout on; 0 for none.", 0, 200, 0),
            new IntegerField("grid", "Regions along each side of a slice; a classifier gives a slice as one.", 1, 32, 4),
            new IntegerField("regions", "Regions that are returned, first those that the passes disagree on most.", 1, 1000, 100),
        ]),
        new ChoiceField("explanation", "Measure what the network looks at on the validation part; maps never leave, numbers do.", ["none", "gradcam", "guided_gradcam"], "none"),
        new IntegerField("bootstrap", "Times that patients are drawn anew for confidence intervals; 0 for none.", 0, 10_000, 1000),
        new ChoiceField("device", "Where to compute: auto takes a GPU where the job has one.", ["auto", "cpu", "cuda"], "auto"),
    ];
}
