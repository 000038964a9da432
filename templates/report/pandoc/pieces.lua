-- Reads the pieces of a notebook, each in its own format, into one tree: a Div for each, in order.
-- A piece is {format, text}; nothing here may open a file or an address (the empty table is all a reader sees).

local jupyter = 'commonmark+pipe_tables+strikeout+task_lists+footnotes+raw_html+autolink_bare_uris'
local formats = {
  house = 'commonmark+pipe_tables+strikeout',  -- our own Markdown: a tag in it is text
  html = 'html-auto_identifiers',
  latex = 'latex-auto_identifiers',
}

local function read(text, format) return pandoc.read(text, format, nil, {}) end

local function typst_of(doc) return pandoc.write(doc, 'typst'):match('^%$(.*)%$%s*$') end
local function mathml_of(doc)
  return pandoc.write(doc, 'html', pandoc.WriterOptions{html_math_method = 'mathml'}):match('<math.*</math>')
end

-- A formula in HTML or LaTeX: a Span that holds what the typesetter and the page need.
local function set(math)
  local doc = pandoc.Pandoc{pandoc.Plain{pandoc.Math('InlineMath', math.text)}}
  local about = {tex = math.text, typst = typst_of(doc) or '', mathml = mathml_of(doc) or ''}
  if math.mathtype == 'DisplayMath' then about.display = 'yes' end
  return pandoc.Span({}, pandoc.Attr('', {}, about))
end

-- Footnotes by number, and their texts at the end of the piece.
local function with_notes(doc)
  local notes = pandoc.List{}
  local blocks = doc.blocks:walk{
    Note = function(note)
      notes:insert(note.content)
      return pandoc.Superscript{pandoc.Str(tostring(#notes))}
    end
  }
  if #notes > 0 then
    blocks:insert(pandoc.HorizontalRule())
    blocks:insert(pandoc.OrderedList(notes))
  end
  return blocks
end

-- Markdown as Jupyter shows it: raw tags mean what they mean in HTML, wherever they stand.
local function markdown(text)
  local blocks, raw = with_notes(read(text, jupyter)), false
  blocks:walk{
    RawInline = function() raw = true end,
    RawBlock = function() raw = true end,
  }
  if not raw then return blocks end
  local html = pandoc.write(pandoc.Pandoc(blocks), 'html', pandoc.WriterOptions{wrap_text = 'none'})
  return read(html, formats.html).blocks:walk{Math = set}
end

-- A formula for the typesetter and for the page; nothing for what texmath cannot read.
local function formula(source)
  local doc = pandoc.Pandoc{pandoc.Plain{pandoc.Math('InlineMath', source)}}
  local typst, page = typst_of(doc), mathml_of(doc)
  if not (typst and page) then return {} end
  return {pandoc.CodeBlock(typst), pandoc.CodeBlock(page)}
end

-- Our own Markdown, and the consultant's: a tag is printed as it is written.
local function house(text)
  return with_notes(read(text, formats.house)):walk{
    Math = set,
    RawInline = function(raw) return pandoc.Str(raw.text) end,
    RawBlock = function(raw) return pandoc.Para{pandoc.Str((raw.text:gsub('%s+$', '')))} end,
  }
end

local function blocks_of(piece)
  if piece.format == 'jupyter' then return markdown(piece.text) end
  if piece.format == 'house' then return house(piece.text) end
  if piece.format == 'formula' then return formula(piece.text) end
  return with_notes(read(piece.text, formats[piece.format])):walk{Math = set}
end

local function trees(pieces)
  local divs = pandoc.List{}
  for _, piece in ipairs(pieces) do
    local done, blocks = pcall(blocks_of, piece)
    divs:insert(pandoc.Div(done and blocks or {}))
  end
  return pandoc.Pandoc(divs)
end

-- One notebook a line, its tree on one line in answer, until there are no more.
for line in io.lines() do
  io.write(pandoc.write(trees(pandoc.json.decode(line, false)), 'json'), '\n')
  io.flush()
end
