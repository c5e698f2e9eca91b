global using Router.Lab.Kernel;

global using Xunit;
