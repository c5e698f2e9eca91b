# fish completion of routerctl: the program itself says what may come next.
function __routerctl_suggest
    set -l line (commandline -cp)
    routerctl "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
end
complete -c routerctl -a '(__routerctl_suggest)'
