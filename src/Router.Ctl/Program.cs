using Router.Ctl;

// routerctl: the command line of the router. It knows nothing of packets: it asks routerd over the control socket
// (Router.Api says in which words) and shows the answer, as tables or as the JSON that came. CommandLine names the verbs,
// Session asks and reports failures, Pages has one page for each answer.
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
