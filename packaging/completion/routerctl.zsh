#compdef routerctl
# zsh completion of routerctl: the program itself says what may come next.
local line="${LBUFFER}"
local -a suggestions
suggestions=("${(@f)$(routerctl "[suggest:${#line}]" "$line" 2>/dev/null)}")
if (( ${#suggestions[1]} )); then compadd -a suggestions; else _files; fi
