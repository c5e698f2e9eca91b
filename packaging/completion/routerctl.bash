# bash completion of routerctl: the program itself says what may come next, with the names that there are now.
_routerctl() {
  local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_LINE:0:COMP_POINT}" start="" suggestion
  word="${word##*[[:space:]]}"
  # readline's word begins behind the last colon, as those of IPv6 addresses and of KEY:desc.
  if [[ $COMP_WORDBREAKS == *:* && $word == *:* ]]; then start="${word%"${word##*:}"}"; fi
  COMPREPLY=()
  while IFS= read -r suggestion; do
    [[ $suggestion == "$word"* ]] || continue
    printf -v suggestion '%q' "${suggestion#"$start"}"
    COMPREPLY+=("$suggestion")
  done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
  # Nothing is known: it may be a file.
  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then compopt -o default 2>/dev/null; fi
}
complete -F _routerctl routerctl
