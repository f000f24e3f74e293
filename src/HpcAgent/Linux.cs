using System.Runtime.Versioning;

// Namespaces, prctl, /proc: a job is shut in by what Linux has and no other system.
[assembly: SupportedOSPlatform("linux")]
